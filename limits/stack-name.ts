const CHARACTERS = '[A-Za-z0-9._-]+';

/** A valid Pulumi stack name: without slashes or spaces, so it can be part of a file name. */
export const STACK_NAME = new RegExp(`^${CHARACTERS}$`);

/** The name of a stack file; the first group is the stack's name. */
export const STACK_FILE = new RegExp(`^Pulumi\\.(${CHARACTERS})\\.yaml$`);
