import type { Stage, Throttle } from '../model/http-api.ts';

/** Consumes one request of a route's allowance; false if none is left. */
export type Take = (routeKey: string) => boolean;

interface Bucket {
  /** Requests that are allowed at once. */
  left: number;
  /** When `left` was updated, in milliseconds since 1970. */
  at: number;
}

/**
 * The token buckets of a stage, one for each route: with the route's own settings, or else the stage's.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 * @param clock milliseconds since 1970
 */
export function throttling({ throttle, routeThrottles }: Stage, clock: () => number): Take {
  const buckets = new Map<string, Bucket>();
  return (routeKey) => {
    const { burst, rate } = limits(routeThrottles.get(routeKey), throttle);
    if (burst === undefined && rate === undefined) return true;
    const most = burst ?? rate ?? 0;
    const now = clock();
    const bucket = buckets.get(routeKey) ?? { left: most, at: now };
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) / 1000) * (rate ?? Infinity));
    bucket.at = now;
    buckets.set(routeKey, bucket);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  };
}

function limits(own: Throttle | undefined, stage: Throttle): Throttle {
  return { burst: own?.burst ?? stage.burst, rate: own?.rate ?? stage.rate };
}
