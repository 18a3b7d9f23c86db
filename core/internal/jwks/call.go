package jwks

import (
	"context"
	"errors"
	"fmt"
)

// call runs fn, which calls code that was supplied from outside (HTTP client, cache, key source). A panic becomes an
// error. If fn ignores ctx's cancellation, its goroutine is abandoned and its result dropped, so that it cannot hold up
// the fetch.
func call[T any](ctx context.Context, fn func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	out := make(chan outcome, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				out <- outcome{err: &FetchError{Kind: KindPanic, Err: errors.New(printable(fmt.Sprint(r), 2*shownBytes))}}
			}
		}()
		value, err := fn(ctx)
		out <- outcome{value, err}
	}()
	select {
	case o := <-out:
		return o.value, o.err
	case <-ctx.Done():
		var zero T
		return zero, ctx.Err()
	}
}

// asFetchError converts err, which is not nil, to a *[FetchError] with the URL.
func asFetchError(err error, rawURL string) error {
	var fe *FetchError
	if !errors.As(err, &fe) {
		kind, cause := classify(err)
		return &FetchError{Kind: kind, URL: redactURL(rawURL), Err: cause}
	}
	if fe.URL == "" {
		named := *fe
		named.URL = redactURL(rawURL)
		if named.Err != nil {
			named.Err = scrub(named.Err, rawURL)
		}
		return &named
	}
	return fe
}
