/** Stands for a value that only Pulumi can decrypt. */
export const ENCRYPTED = '(encrypted)';
