package adaptertest

import (
	"context"
	"crypto/tls"
	"errors"
	"sync"
)

// Protocol is what requests are sent over. The two of HTTP/2 work for programs that
// are served with [Config.Serve].
type Protocol int

const (
	// HTTP1 is HTTP/1.1 without TLS.
	HTTP1 Protocol = iota
	// HTTP2 is HTTP/2 over TLS.
	HTTP2
	// HTTP2NoTLS is HTTP/2 without TLS, by prior knowledge (RFC 9113 §3.3).
	HTTP2NoTLS
)

// String returns the name of the protocol.
func (p Protocol) String() string {
	switch p {
	case HTTP2:
		return "HTTP/2"
	case HTTP2NoTLS:
		return "HTTP/2 without TLS"
	default:
		return "HTTP/1.1"
	}
}

// Play starts the adapter's program in the scenario's mode, sends the request over
// HTTP/1.1 and returns the answer.
func (s *Stage) Play(ctx context.Context, adapter Adapter, scenario Scenario) (x Exchange, err error) {
	s.PlayAll(ctx, adapter, HTTP1, []Scenario{scenario}, func(_ Scenario, answer Exchange, problem error) {
		x, err = answer, problem
	})
	return x, err
}

// PlayAll plays scenarios over a protocol and then calls each with every answer, in
// the order of the scenarios. Over HTTP/2 it leaves out the scenarios with
// [Scenario.OnlyHTTP1]. The scenarios of a mode share one program, except where the
// issuer is down, because later requests wait for the next attempt to fetch keys.
func (s *Stage) PlayAll(
	ctx context.Context,
	adapter Adapter,
	protocol Protocol,
	scenarios []Scenario,
	each func(Scenario, Exchange, error),
) {
	plays := make([]play, len(scenarios))
	modes := map[string][]*play{}
	for i, scenario := range scenarios {
		name := scenario.Mode.Name
		if scenario.Mode.Outage {
			name = "alone: " + scenario.Name
		}
		if plays[i].scenario = scenario; scenario.playableOver(protocol) {
			modes[name] = append(modes[name], &plays[i])
		}
	}
	// Several modes at a time, because a server may take its time to stop.
	slots := make(chan struct{}, programsAtOnce)
	var running sync.WaitGroup
	for _, mode := range modes {
		slots <- struct{}{}
		running.Go(func() {
			s.playMode(ctx, adapter, protocol, mode)
			<-slots
		})
	}
	running.Wait()
	for _, p := range plays {
		if p.scenario.playableOver(protocol) {
			each(p.scenario, p.answer, p.err)
		}
	}
}

// programsAtOnce is how many programs run at the same time.
const programsAtOnce = 32

// play is a scenario with its answer.
type play struct {
	scenario Scenario
	answer   Exchange
	err      error
}

func (s Scenario) playableOver(protocol Protocol) bool { return protocol == HTTP1 || s.OnlyHTTP1 == "" }

// playMode plays the scenarios of one mode on one program.
func (s *Stage) playMode(ctx context.Context, adapter Adapter, protocol Protocol, mode []*play) {
	program, err := s.startProgram(adapter, protocol, mode[0].scenario.Mode)
	for _, p := range mode {
		if p.err = err; err == nil {
			p.answer, p.err = s.send(ctx, program, p.scenario)
		}
	}
	if err != nil {
		return
	}
	err = program.close()
	for _, p := range mode {
		p.err = errors.Join(p.err, err)
	}
}

// program is a running program of one mode.
type program struct {
	server   *Server
	ran      *routes
	protocol Protocol
	http2    *http2Client // nil for HTTP/1.1, where every request has its own connection
}

func (s *Stage) startProgram(adapter Adapter, protocol Protocol, mode Mode) (*program, error) {
	cfg, err := s.config(mode)
	if err != nil {
		return nil, err
	}
	p := &program{ran: &routes{}, protocol: protocol}
	cfg.ran, cfg.http2 = p.ran.add, protocol != HTTP1
	if protocol == HTTP2 {
		if cfg.tls, err = s.tlsConfig(); err != nil {
			return nil, err
		}
	}
	if p.server, err = adapter.Start(cfg); err != nil {
		return nil, err
	}
	if cfg.http2 {
		p.http2 = newHTTP2Client(p.server.Addr, protocol == HTTP2)
	}
	return p, nil
}

// tlsConfig returns the server's configuration for HTTP/2, with a certificate that
// is made once.
func (s *Stage) tlsConfig() (*tls.Config, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.certificate == nil {
		certificate, err := selfSigned()
		if err != nil {
			return nil, err
		}
		s.certificate = &certificate
	}
	return &tls.Config{
		Certificates: []tls.Certificate{*s.certificate},
		NextProtos:   []string{"h2"},
		MinVersion:   tls.VersionTLS12,
	}, nil
}

func (p *program) close() error {
	if p.http2 != nil {
		p.http2.close()
	}
	return p.server.Close()
}

// send sends a scenario's request and returns the answer, with the handlers that ran.
func (s *Stage) send(ctx context.Context, p *program, scenario Scenario) (x Exchange, err error) {
	fields := make([]Field, len(scenario.Fields))
	for i, f := range scenario.Fields {
		if fields[i].Name = f.Name; err == nil {
			fields[i].Value, err = s.expand(f.Value)
		}
	}
	target, targetErr := s.expand(scenario.target())
	if err := errors.Join(err, targetErr); err != nil {
		return Exchange{}, err
	}
	before := len(p.ran.list())
	if p.http2 != nil {
		x, err = p.http2.send(ctx, scenario.method(), target, fields)
	} else {
		x, err = sendAlone(ctx, p.server.Addr, scenario.method(), target, fields)
	}
	x.Ran = p.ran.list()[before:]
	return x, err
}

// sendAlone sends a request over its own connection.
func sendAlone(ctx context.Context, addr, method, target string, fields []Field) (Exchange, error) {
	w, err := dial(ctx, addr)
	if err != nil {
		return Exchange{}, err
	}
	x, err := w.send(method, target, fields)
	return x, errors.Join(err, w.close())
}
