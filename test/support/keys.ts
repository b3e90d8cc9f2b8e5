/** What a terminal sends for each key. */
export const ENTER = '\r';
export const ESC = '\x1b';
export const TAB = '\t';
export const UP = '\x1b[A';
export const DOWN = '\x1b[B';
export const PAGE_UP = '\x1b[5~';
export const PAGE_DOWN = '\x1b[6~';
export const CTRL_A = '\x01';
export const CTRL_C = '\x03';
export const CTRL_D = '\x04';
export const CTRL_U = '\x15';
