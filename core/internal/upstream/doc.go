// Package upstream limits what requests may cost a server or a store that has to be asked about them: one call for each
// key, a bounded number of calls, a breaker after failures, and answers of bounded size.
package upstream
