/** What a handler gets here for a variable that only Pulumi can decrypt. */
export const UNREAD = '(encrypted)';
