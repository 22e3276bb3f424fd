/** Why a stack's policies cannot be made, as one sentence for the user. */
export class RightsError extends Error {}
