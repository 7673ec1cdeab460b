/** The "remember me" box. */

/** The field that a login sends for the box; nothing where the page has none. */
export function remembered(): { readonly remember?: boolean } {
  const box = document.querySelector<HTMLInputElement>('input[name="remember"]')
  return box === null ? {} : { remember: box.checked }
}
