// Package downstream calls other services on behalf of the caller whose session is in the context: with the caller's
// own token ([NewForward]), or with one that an authorization server exchanges it for ([NewExchange], RFC 8693).
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
// A token is sent only to the named origins, even after a redirect. A request to another origin is an error, and so is
// a request whose context has no token. A transport is safe for concurrent use.
package downstream
