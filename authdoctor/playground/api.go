package playground

import (
	"context"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/revstackhq/auth-go/core"
	"github.com/revstackhq/auth-go/core/keys"
)

//go:embed assets
var assets embed.FS

// maxRequestBytes bounds the requests of the page. A token that is too long for
// every contract still fits.
const maxRequestBytes = 256 << 10

// request is a request of the page. Tokens are only in bodies: URLs end up in
// histories and logs.
type request struct {
	Scene  string `json:"scene"`
	Token  string `json:"token"`
	User   string `json:"user"`
	Break  string `json:"break"`
	Path   string `json:"path"`
	Action string `json:"action"`
}

// routes are the page's files and its API.
func (p *Playground) routes() http.Handler {
	mux := http.NewServeMux()
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		files = assets // the folder is embedded
	}
	page := http.FileServerFS(files)
	for _, name := range []string{"{$}", "style.css", "app.js", "views.js", "icon.svg"} {
		mux.Handle("GET /"+name, page)
	}
	mux.HandleFunc("GET /api/scenes", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"scenes": p.scenes, "paths": servicePaths()})
	})
	for name, act := range map[string]func(context.Context, *scene, request) (any, error){
		"mint":    p.mint,
		"explain": p.explain,
		"send":    p.send,
		"state":   p.state,
		"act":     p.act,
	} {
		mux.HandleFunc("POST /api/"+name, func(w http.ResponseWriter, r *http.Request) { p.handle(w, r, act) })
	}
	return mux
}

// handle reads a request, and writes the answer or the mistake.
func (p *Playground) handle(
	w http.ResponseWriter,
	r *http.Request,
	act func(context.Context, *scene, request) (any, error),
) {
	var in request
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	decoder.DisallowUnknownFields()
	if r.Header.Get("Content-Type") != "application/json" { // no form of another page sends this
		mistake(w, http.StatusUnsupportedMediaType, errors.New("send application/json"))
		return
	}
	if err := decoder.Decode(&in); err != nil {
		mistake(w, http.StatusBadRequest, fmt.Errorf("the request cannot be read: %w", err))
		return
	}
	i := slices.IndexFunc(p.scenes, func(s *scene) bool { return s.ID == in.Scene })
	if i < 0 {
		mistake(w, http.StatusBadRequest, fmt.Errorf("unknown scene %.40q", in.Scene))
		return
	}
	out, err := act(r.Context(), p.scenes[i], in)
	if err != nil {
		mistake(w, http.StatusBadRequest, err)
		return
	}
	reply(w, out)
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // an error means that the page was closed
}

func mistake(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": sentence(err.Error())})
}

func (p *Playground) mint(_ context.Context, s *scene, in request) (any, error) {
	if !s.Mints {
		return nil, errors.New("the playground does not sign tokens for this contract: paste one")
	}
	running, err := p.service(s)
	if err != nil {
		return nil, err
	}
	raw, note, err := s.mint(p.issuer, running.contract, p.clock, in.User, in.Break)
	if err != nil {
		return nil, err
	}
	return map[string]string{"token": raw, "note": note}, nil
}

func (p *Playground) explain(ctx context.Context, s *scene, in request) (any, error) {
	running, err := p.service(s)
	if err != nil {
		return nil, err
	}
	return struct {
		Header json.RawMessage `json:"header,omitempty"`
		Report core.Report     `json:"report"`
		Now    time.Time       `json:"now"`
	}{headerJSON(in.Token), running.verifier.Explain(ctx, in.Token), p.clock.Now().UTC()}, nil
}

// headerJSON is the token's header, nil if it is not JSON.
func headerJSON(token string) json.RawMessage {
	segment, _, _ := strings.Cut(token, ".")
	header, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(segment, "=")) //nolint:forbidigo // to show it
	if err != nil || !json.Valid(header) {
		return nil
	}
	return header
}

// state returns what the page shows about the keys, the issuer and the clock.
func (p *Playground) state(_ context.Context, s *scene, _ request) (any, error) {
	running, err := p.service(s)
	if err != nil {
		return nil, err
	}
	health := running.verifier.KeyHealth()
	if health == nil {
		health = []keys.Health{}
	}
	p.mu.Lock()
	down, revoked := p.down, len(p.revoked)
	p.mu.Unlock()
	return struct {
		Health       []keys.Health `json:"health"`
		Down         bool          `json:"down"`
		Revoked      int           `json:"revoked"`
		Now          time.Time     `json:"now"`
		AheadSeconds int           `json:"aheadSeconds"`
	}{health, down, revoked, p.clock.Now().UTC(), int(p.clock.lead().Seconds())}, nil
}

// act performs the action of a button on the page, and returns the new state.
func (p *Playground) act(ctx context.Context, s *scene, in request) (any, error) {
	advance := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	switch in.Action {
	case "rotate":
		p.issuer.RotateKeys(true)
	case "replace":
		p.issuer.RotateKeys(false)
	case "down", "up":
		p.mu.Lock()
		p.down = in.Action == "down"
		p.issuer.Unavailable(p.down)
		p.mu.Unlock()
	case "restart":
		p.restart()
	case "revoke":
		if err := p.revoke(ctx, s, in.Token); err != nil {
			return nil, err
		}
	case "restore":
		p.mu.Lock()
		clear(p.revoked)
		p.mu.Unlock()
	case "minute", "hour", "day":
		if !p.clock.advance(advance[in.Action]) {
			return nil, errors.New("the clock goes no further: restart the playground")
		}
	default:
		return nil, fmt.Errorf("unknown action %.40q", in.Action)
	}
	return p.state(ctx, s, in)
}

// revoke revokes the session of a token that the scene accepts.
func (p *Playground) revoke(ctx context.Context, s *scene, token string) error {
	running, err := p.service(s)
	if err != nil {
		return err
	}
	session, err := running.verifier.Verify(ctx, token)
	if err != nil {
		return fmt.Errorf(
			"only the session of an accepted token can be revoked, and this one is refused: %s",
			string(core.CodeOf(err)),
		)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.revoked[identity(session)] = true
	return nil
}
