/** The names of this machine in a URL. Another name that resolves to this machine may be DNS rebinding. */
export const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
