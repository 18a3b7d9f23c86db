// Package downstream calls other services on behalf of the caller whose session is in the context: with the caller's
// own token ([NewForward]), or with a token that an authorization server issues in exchange for it ([NewExchange],
// RFC 8693).
//
// The guard has to keep the token, with the option guard.KeepToken:
//
//	r.Use(ginauth.New(contract, guard.KeepToken()))
//
//	billing, err := downstream.NewForward(nil, "https://billing.internal")
//	client := &http.Client{Transport: billing}
//	req, err := http.NewRequestWithContext(ctx, "GET", "https://billing.internal/invoices", nil) // the caller's ctx
//	resp, err := client.Do(req)
//
// A token is sent only to the named origins, even after a redirect. A request to another origin fails with
// [ErrOrigin], and a request whose context has no token with [ErrNoToken]. All types are safe for concurrent use.
package downstream
