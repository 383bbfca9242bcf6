const scripts = new Map()

/** Loads one of the libraries beside this page when it is needed first; they make a global each. */
export function load(name) {
  if (!scripts.has(name)) {
    scripts.set(
      name,
      new Promise((resolve, reject) => {
        const script = document.createElement('script')
        script.src = new URL(`vendor/${name}`, import.meta.url).href
        script.onload = resolve
        script.onerror = () => {
          scripts.delete(name)
          reject(new Error(`${name} is not installed beside the gateway`))
        }
        document.head.append(script)
      })
    )
  }
  return scripts.get(name)
}
