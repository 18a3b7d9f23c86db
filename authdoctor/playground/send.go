package playground

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// maxAnswerBytes bounds the part of a response that is shown.
const maxAnswerBytes = 64 << 10

// exchange is the response of one framework. Its JSON is sent to the page.
type exchange struct {
	Framework  string `json:"framework"`
	URL        string `json:"url"`
	Status     int    `json:"status"`
	Challenge  string `json:"challenge"`
	RetryAfter string `json:"retryAfter,omitempty"`
	Body       string `json:"body"`
	Error      string `json:"error,omitempty"`
}

// send sends the token to the four programs at once.
func (p *Playground) send(ctx context.Context, s *scene, in request) (any, error) {
	if !slices.Contains(servicePaths(), in.Path) {
		return nil, fmt.Errorf("unknown path %.40q: choose one of %s", in.Path, strings.Join(servicePaths(), ", "))
	}
	if _, err := p.service(s); err != nil {
		return nil, err
	}
	answers := make([]exchange, len(p.servers))
	var all sync.WaitGroup
	for i, to := range p.servers {
		all.Go(func() { answers[i] = s.exchange(ctx, to, in) })
	}
	all.Wait()
	return map[string]any{"answers": answers}, nil
}

func (s *scene) exchange(ctx context.Context, to server, in request) exchange {
	x := exchange{Framework: to.framework, URL: to.url + in.Path}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, x.URL, http.NoBody)
	if err != nil {
		x.Error = err.Error()
		return x
	}
	r.Header.Set(sceneHeader, s.ID)
	s.set(r.Header, in.Token)
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		// The error of a header that cannot be sent would quote the token.
		x.Error = "the request could not be sent: a header field cannot hold this token"
		return x
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswerBytes))
	if err != nil {
		x.Error = "the answer could not be read: " + err.Error()
	}
	x.Status = response.StatusCode
	x.Challenge = response.Header.Get("WWW-Authenticate")
	x.RetryAfter = response.Header.Get("Retry-After")
	x.Body = strings.TrimSpace(string(body))
	return x
}
