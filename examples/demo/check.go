package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/authtest"
)

// check plays every scenario over HTTP against every framework and prints the
// table. It fails if an answer is not the documented one, or if two frameworks
// differ.
func check(ctx context.Context, frameworks []framework, out io.Writer) (err error) {
	st, apis, err := setUp(ctx, frameworks)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, apis.stop(), st.site.close()) }()
	apis, site := apis[1:], apis[0]
	defer func() { err = errors.Join(err, (fleet{site}).stop()) }()

	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "scenario")
	for _, api := range apis {
		fmt.Fprint(w, "\t", api.name)
	}
	fmt.Fprintln(w, "\t")
	rows := scenarios(st.site.url)
	var differences []string
	for _, row := range rows {
		before := st.site.issuer.Fetches()
		got, err := row.play(ctx, client, st, apis)
		if err != nil {
			return fmt.Errorf("%s: %w", row.name, err)
		}
		found := row.judge(apis, got)
		if fetches, want := st.site.issuer.Fetches()-before, row.fetches*len(apis); fetches != want {
			found = append(found, fmt.Sprintf("%s: the keys were asked for %d times, want %d", row.name, fetches, want))
		}
		verdict := "as documented"
		if len(found) > 0 {
			verdict = "DIFFERS"
		}
		fmt.Fprint(w, row.name)
		for _, r := range got {
			fmt.Fprint(w, "\t", r.cell())
		}
		fmt.Fprintln(w, "\t"+verdict)
		differences = append(differences, found...)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(differences) > 0 {
		fmt.Fprintf(out, "\n%s\n", strings.Join(differences, "\n"))
		return fmt.Errorf("%d differences, see above", len(differences))
	}
	fmt.Fprintf(out, "\n%d scenarios, %d frameworks: every answer as documented, and the same from each; keys asked for only where needed.\n", len(rows), len(apis))
	return nil
}

// setUp starts the issuer's site, which is the first of the fleet, and the
// frameworks. Each has a contract and so keys and a memory of its own: what one
// does is not done by another before.
func setUp(ctx context.Context, frameworks []framework) (*stage, fleet, error) {
	names := []string{issuerName}
	for _, f := range frameworks {
		names = append(names, f.name)
	}
	ports, err := listen(ctx, config{}, names)
	if err != nil {
		return nil, nil, err
	}
	st := &stage{clock: authtest.NewClock(time.Time{})}
	if st.site, err = newSite(ports[issuerName], st.clock); err != nil {
		ports.close()
		return nil, nil, err
	}
	st.site.issuer.SetMaxAge(time.Hour) // no refresh behind the rows' backs
	var verifiers []*core.Verifier
	for range frameworks {
		contract, err := st.site.contract()
		if err == nil {
			var v *core.Verifier
			v, err = core.NewVerifier(contract, core.WithClock(st.clock), core.WithLogger(slog.New(slog.DiscardHandler)))
			verifiers = append(verifiers, v)
		}
		if err != nil {
			ports.close()
			return nil, nil, errors.Join(err, st.site.close())
		}
	}
	apis := fleet{start(issuerName, st.site.server(), ports[issuerName])}
	for i, f := range frameworks {
		apis = append(apis, start(f.name, f.serve(verifiers[i], st.site.origins()), ports[f.name]))
	}
	return st, apis, nil
}

// play sends the row to every API.
func (row *scenario) play(ctx context.Context, client *http.Client, st *stage, apis fleet) ([]response, error) {
	if row.before != nil {
		row.before(st)
	}
	token, err := row.mint(ctx, client, st)
	if err != nil {
		return nil, err
	}
	st.last = token
	var got []response
	for _, api := range apis {
		request, err := row.request(ctx, api.url, token)
		if err != nil {
			return nil, err
		}
		r, err := send(client, request)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", api.name, err)
		}
		got = append(got, r)
	}
	return got, nil
}

func (row *scenario) mint(ctx context.Context, client *http.Client, st *stage) (string, error) {
	switch {
	case row.token != nil:
		return row.token(st), nil
	case row.query == "":
		return "", nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, st.site.url+"/token?"+row.query, http.NoBody)
	if err != nil {
		return "", err
	}
	r, err := send(client, request)
	if err == nil && r.status != http.StatusOK {
		err = fmt.Errorf("/token?%s: %d %s", row.query, r.status, r.body)
	}
	return strings.TrimSpace(r.body), err
}

func (row *scenario) request(ctx context.Context, api, token string) (*http.Request, error) {
	method, path := row.method, row.path
	if method == "" {
		method = http.MethodGet
	}
	if path == "" {
		path = "/api/profile"
	}
	request, err := http.NewRequestWithContext(ctx, method, api+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	switch {
	case row.headers != nil:
		request.Header["Authorization"] = row.headers(token)
	case token != "":
		authtest.Authorize(request, token)
	}
	if row.origin != "" {
		request.Header.Set("Origin", row.origin)
	}
	if method == http.MethodOptions {
		request.Header.Set("Access-Control-Request-Method", http.MethodGet)
		request.Header.Set("Access-Control-Request-Headers", "authorization")
	}
	return request, nil
}

// response is what came back.
type response struct {
	answer
	body       string // as it came
	retryAfter string
	caching    string // Cache-Control
	media      string // Content-Type
}

func send(client *http.Client, request *http.Request) (response, error) {
	res, err := client.Do(request)
	if err != nil {
		return response{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	r := response{
		answer: answer{
			status: res.StatusCode, challenge: strings.Join(res.Header.Values("WWW-Authenticate"), " | "),
			allowed: strings.Join(res.Header.Values("Access-Control-Allow-Origin"), " | "),
		},
		body: string(body), retryAfter: res.Header.Get("Retry-After"),
		caching: res.Header.Get("Cache-Control"), media: res.Header.Get("Content-Type"),
	}
	var told struct {
		Code core.Code `json:"code"`
	}
	if json.Unmarshal(body, &told) == nil {
		r.code = told.Code
	}
	return r, err
}

func (r response) cell() string { return strings.TrimSpace(fmt.Sprint(r.status, " ", r.code)) }
