// What every page loads: htmx and small modules, one job each. Pages work without all of them.
import htmx from 'htmx.org'
import './modules/requests.js'
import { closeMenus, placePanels } from './modules/menus.js'
import { guard } from './modules/guard.js'
import { once } from './modules/once.js'
import { askFirst } from './modules/dialogs.js'
import { keepDrafts } from './modules/drafts.js'
import { autosave } from './modules/autosave.js'
import { combobox } from './modules/combobox.js'
import { keepPlace } from './modules/picker.js'
import { countdown } from './modules/countdown.js'
import { activity } from './modules/activity.js'
import { dropFiles } from './modules/files.js'
import { mayBeRich, rows } from './modules/rows.js'
import { checkAll, focusErrors, liveFilters, submitOnChange } from './modules/small.js'

closeMenus()
placePanels()
askFirst()
keepPlace()
once()

// Each of these is given a part of the page: the whole at first, then what htmx brings.
const starters = [
  [focusErrors, '[data-focus]'],
  [liveFilters, '[data-filters][hx-get]'],
  [checkAll, '[data-check-all]'],
  [submitOnChange, '[data-submit-on-change]'],
  [combobox, '[data-combobox]'],
  [dropFiles, '[data-file-drop]'],
  [keepDrafts, 'form[data-draft]'],
  [autosave, 'form[data-autosave]'],
  [guard, 'form[data-guard]'],
  [countdown, '[data-countdown]'],
  [activity, '[data-activity]'],
  [rows, '[data-rows]'],
  [mayBeRich, 'textarea[data-short-html]'],
  // Heavy ones come only where a page needs them.
  [async (list) => (await import('./modules/sortable.js')).sortable(list), '[data-sortable]'],
  [async (area) => (await import('./editor.js')).edit(area), 'textarea[data-editor]'],
]
const started = new WeakMap()

function start(root) {
  for (const [starter, selector] of starters) {
    for (const element of [root, ...root.querySelectorAll(selector)]) {
      if (!element.matches?.(selector) || started.get(element)?.has(starter)) continue
      started.set(element, (started.get(element) ?? new Set()).add(starter))
      starter(element)
    }
  }
}

start(document.documentElement)
htmx.onLoad(start)
document.addEventListener('encore:added', (event) => start(event.target))
