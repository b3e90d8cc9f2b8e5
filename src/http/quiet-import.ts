import util from 'node:util';

/**
 * Loads a module with its debug log disabled, regardless of NODE_DEBUG. undici would print every URL with its query, and
 * the signature of a storage URL grants access to the file. undici requests its logs when it is loaded, after Node has
 * read the variable.
 */
export async function withoutDebugLog<Module>(load: () => Promise<Module>): Promise<Module> {
  const { debuglog } = util;
  const silent = Object.assign(() => undefined, { enabled: false });
  Object.assign(util, { debuglog: () => silent });
  try {
    return await load();
  } finally {
    Object.assign(util, { debuglog });
  }
}
