// Command bench measures auth-go against the libraries that Go programs verify
// JWTs with today, side by side in one run.
//
//	go run ./internal/bench                 # the table: verification, middleware, refusals, in parallel
//	go run ./internal/bench -scale          # cost against keys, issuers, token size, cache entries, goroutines
//	go run ./internal/bench -allocs -check  # allocations against internal/bench/baseline.txt
//	go run ./internal/bench -flood          # a million distinct valid tokens against a hot set
//
// With -write the first two put what they measured into docs/benchmarks.md,
// docs/benchmarks/*.svg and the table of README.md.
//
// Every row does the same work: signature, alg, iss, exp, nbf, azp, and the
// claims decoded into a struct. Before anything is timed each row has to accept
// the good token and to refuse forged ones. Where a library leaves a check to
// its user the row makes it by hand, and the table says which.
package main
