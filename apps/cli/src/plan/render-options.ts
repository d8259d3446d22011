/** How a terminal wants its text. */
export interface RenderOptions {
  /** Whether escape sequences for colour may be written. */
  colour: boolean
  /** Columns of the terminal; lines of a table are cut to it. */
  width: number
}
