// The rich-text editor: TipTap over a textarea, with the toolbar that the field's component has drawn. The textarea stays what is sent.
import { Editor, Node } from '@tiptap/core'
import StarterKit from '@tiptap/starter-kit'
import { pictures } from './modules/pictures.js'

// Elements that the editor would lose: such a text keeps its source.
const BEYOND = 'iframe, video, audio, object, figure, details, dl, svg, math'

// Pictures and tables that are there stay there, and the words in a table can be edited.
const Picture = Node.create({
  name: 'image', group: 'block', draggable: true,
  addAttributes: () => ({ src: {}, alt: { default: '' }, title: {}, width: {}, height: {} }),
  parseHTML: () => [{ tag: 'img[src]' }],
  renderHTML: ({ HTMLAttributes }) => ['img', HTMLAttributes],
})
const part = (name, tag, content, more = {}) => Node.create({ name, content, ...more, parseHTML: () => [{ tag }], renderHTML: () => [tag, 0] })
const spans = { addAttributes: () => ({ colspan: { default: null }, rowspan: { default: null } }) }
const cell = (name, tag) => Node.create({ name, content: 'block+', isolating: true, ...spans, parseHTML: () => [{ tag }], renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0] })
const TABLE = [
  Node.create({ name: 'table', content: 'tableRow+', group: 'block', isolating: true, parseHTML: () => [{ tag: 'table' }], renderHTML: () => ['table', ['tbody', 0]] }),
  part('tableRow', 'tr', '(tableHeader | tableCell)*'),
  cell('tableHeader', 'th'),
  cell('tableCell', 'td'),
]

// What each button of the toolbar does, and when it is pressed in.
const DOES = {
  bold: [(c) => c.toggleBold(), ['bold']],
  italic: [(c) => c.toggleItalic(), ['italic']],
  heading: [(c) => c.toggleHeading({ level: 2 }), ['heading', { level: 2 }]],
  subheading: [(c) => c.toggleHeading({ level: 3 }), ['heading', { level: 3 }]],
  list: [(c) => c.toggleBulletList(), ['bulletList']],
  numbers: [(c) => c.toggleOrderedList(), ['orderedList']],
  quote: [(c) => c.toggleBlockquote(), ['blockquote']],
  code: [(c) => c.toggleCodeBlock(), ['codeBlock']],
  undo: [(c) => c.undo()],
  redo: [(c) => c.redo()],
}

/** Puts an editor in the place of a textarea. */
export function edit(area) {
  const frame = area.closest('[data-editor-frame]')
  if (!frame || new DOMParser().parseFromString(area.value, 'text/html').querySelector(BEYOND)) return
  const place = frame.querySelector('[data-editor-place]')
  const editor = new Editor({
    element: place,
    content: area.value,
    injectCSS: false,
    extensions: [StarterKit.configure({ heading: { levels: [2, 3, 4] }, underline: false, link: { openOnClick: false, protocols: ['mailto'], HTMLAttributes: { target: null, rel: null } } }), Picture, ...TABLE],
    editorProps: { attributes: named(area) },
    onUpdate: () => {
      area.value = editor.isEmpty ? '' : editor.getHTML()
      area.dispatchEvent(new Event('input', { bubbles: true }))
    },
  })
  area.hidden = true
  frame.classList.add('editor')
  place.hidden = false
  pictures(frame, editor, area)
  toolbar(frame, editor)
  area.form?.addEventListener('encore:restored', () => editor.commands.setContent(area.value))
  document.querySelector(`label[for="${area.id}"]`)?.addEventListener('click', () => editor.commands.focus())
}

// The editor is known to screen readers by the textarea's own label, help and error.
function named(area) {
  const label = document.querySelector(`label[for="${area.id}"]`)
  const traits = { class: 'prose', role: 'textbox', 'aria-multiline': 'true', 'aria-label': label?.firstChild.textContent.trim() ?? '' }
  for (const name of ['aria-describedby', 'aria-invalid', 'aria-required']) if (area.hasAttribute(name)) traits[name] = area.getAttribute(name)
  return traits
}

function toolbar(frame, editor) {
  const bar = frame.querySelector('[role="toolbar"]')
  const buttons = [...bar.querySelectorAll('button:not([hidden])')]
  const linkBar = frame.querySelector('[data-editor-link]')
  const address = linkBar.querySelector('input')
  bar.hidden = false

  const show = () => buttons.forEach((button) => {
    const pressed = button.dataset.name === 'link' ? ['link'] : DOES[button.dataset.name]?.[1]
    if (pressed) button.setAttribute('aria-pressed', String(editor.isActive(...pressed)))
  })
  const setLink = () => {
    const chain = editor.chain().focus().extendMarkRange('link')
    ;(address.value.trim() ? chain.setLink({ href: address.value.trim() }) : chain.unsetLink()).run()
    linkBar.hidden = true
  }
  bar.addEventListener('click', (event) => {
    const name = event.target.closest('button')?.dataset.name
    if (name === 'link') {
      linkBar.hidden = !linkBar.hidden
      address.value = editor.getAttributes('link').href ?? ''
      if (!linkBar.hidden) address.focus()
    } else if (DOES[name]) DOES[name][0](editor.chain().focus()).run()
  })
  linkBar.querySelector('button').addEventListener('click', setLink)
  address.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') setLink()
    else if (event.key === 'Escape') linkBar.hidden = true
    else return
    event.preventDefault()
  })

  // One stop of the Tab key; the arrows go from button to button.
  const stop = (here) => buttons.forEach((button) => (button.tabIndex = button === here ? 0 : -1))
  stop(buttons[0])
  bar.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] * (document.dir === 'rtl' ? -1 : 1)
    const place = { Home: 0, End: buttons.length - 1 }[event.key] ?? buttons.indexOf(document.activeElement) + step
    if (Number.isNaN(place)) return
    event.preventDefault()
    const next = buttons.at(place % buttons.length)
    stop(next)
    next.focus()
  })
  editor.on('transaction', show)
  show()
}
