// Package upstream limits what requests may cost a server or a store that is called about them: one call at a time
// for each key, a bounded number of calls in total, a circuit breaker after failures, and responses of bounded size.
package upstream
