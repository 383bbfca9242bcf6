/** Names this gateway in `Via`, by which a request of its own that comes back is known. */
export const VIA = 'playmanifest-gateway'
