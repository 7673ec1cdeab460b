// Written by languages.build.ts.
import de from './de.bin'
import en from './en.bin'
import es from './es.bin'
import fr from './fr.bin'
import ja from './ja.bin'
import pt from './pt.bin'

/** Every language's texts, packed. */
export const PACKED = { en, de, fr, es, pt, ja }
