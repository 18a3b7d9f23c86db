package playground_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/authdoctor/playground"
	"github.com/revstackhq/auth-go/core"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	os.Exit(m.Run())
}

// page is a browser's view of a playground.
type page struct {
	*testing.T
	play *playground.Playground
	url  string
}

func open(t *testing.T, cfg playground.Config) page {
	t.Helper()
	play, err := playground.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(play)
	t.Cleanup(func() {
		server.Close()
		if err := play.Close(); err != nil {
			t.Error(err)
		}
	})
	return page{t, play, server.URL}
}

// exchange is a raw answer.
type exchange struct {
	status int
	header http.Header
	body   string
}

func (p page) request(method, path, body string, change func(*http.Request)) exchange {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(r)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		p.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		p.Fatal(err)
	}
	return exchange{response.StatusCode, response.Header, string(data)}
}

type call map[string]string

// post calls the API and decodes the answer into out.
func (p page) post(name string, in call, out any) {
	p.Helper()
	data, err := json.Marshal(in)
	if err != nil {
		p.Fatal(err)
	}
	answer := p.request(http.MethodPost, "/api/"+name, string(data), nil)
	if answer.status != http.StatusOK {
		p.Fatalf("%s %v: %d %s", name, in, answer.status, answer.body)
	}
	if err := json.Unmarshal([]byte(answer.body), out); err != nil {
		p.Fatalf("%s: %v in %s", name, err, answer.body)
	}
}

type scene struct {
	ID, Provider, Name, User, Header string
	Mints                            bool
	Breaks                           []struct {
		ID, Label, Note string
		Common          bool
	}
}

func (p page) scenes() []scene {
	p.Helper()
	var out struct{ Scenes []scene }
	answer := p.request(http.MethodGet, "/api/scenes", "", nil)
	if err := json.Unmarshal([]byte(answer.body), &out); err != nil {
		p.Fatal(err)
	}
	return out.Scenes
}

func (p page) scene(provider string) scene {
	p.Helper()
	for _, s := range p.scenes() {
		if s.Provider == provider {
			return s
		}
	}
	p.Fatalf("no scene of %s", provider)
	return scene{}
}

func (p page) mint(s scene, user, broken string) string {
	p.Helper()
	var out struct{ Token, Note string }
	p.post("mint", call{"scene": s.ID, "user": user, "break": broken}, &out)
	return out.Token
}

func (p page) explain(s scene, token string) (report core.Report, header map[string]any) {
	p.Helper()
	var out struct {
		Header map[string]any
		Report core.Report
	}
	p.post("explain", call{"scene": s.ID, "token": token}, &out)
	return out.Report, out.Header
}

type answer struct {
	Framework, URL, Challenge, RetryAfter, Body, Error string
	Status                                             int
}

// send sends a token to the four frameworks, which must agree, and returns the
// first answer.
func (p page) send(s scene, token, path string) answer {
	p.Helper()
	var out struct{ Answers []answer }
	p.post("send", call{"scene": s.ID, "token": token, "path": path}, &out)
	if len(out.Answers) != 4 {
		p.Fatalf("%d answers", len(out.Answers))
	}
	first := out.Answers[0]
	for _, a := range out.Answers[1:] {
		if a.Status != first.Status || a.Challenge != first.Challenge || a.RetryAfter != first.RetryAfter ||
			a.Body != first.Body || a.Error != first.Error {
			p.Errorf("%s, %s: %s answers %+v, %s %+v", s.Provider, s.Name, a.Framework, a, first.Framework, first)
		}
	}
	return first
}

type state struct {
	Health []struct {
		State string
		Keys  []struct{ Kid string }
	}
	Down         bool
	Revoked      int
	AheadSeconds int
}

func (p page) act(s scene, action, token string) (out state) {
	p.Helper()
	p.post("act", call{"scene": s.ID, "action": action, "token": token}, &out)
	return out
}
