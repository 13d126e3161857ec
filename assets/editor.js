import { Editor } from '@tiptap/core'
import StarterKit from '@tiptap/starter-kit'

export { Editor, StarterKit }
