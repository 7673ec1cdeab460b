/** What a login says of the box on its page; nothing where there is none. */
export function remembered(): { readonly remember?: boolean } {
  const box = document.querySelector<HTMLInputElement>('input[name="remember"]')
  return box === null ? {} : { remember: box.checked }
}
