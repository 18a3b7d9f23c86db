package logout

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/revstackhq/auth-go/core"
)

// Handler receives the messages of one provider. Make it with one of the
// constructors; the zero value answers with status 500.
type Handler struct {
	*common

	protocol protocol
	slots    chan struct{}
	seen     memory
	rejected rejections
}

// protocol has what is specific to the messages of one specification.
type protocol struct {
	name       string
	mediaTypes []string // of the request's body
	maxBytes   int64
	success    int // status
	// read authenticates a message and returns what it revokes.
	read func(ctx context.Context, r *http.Request, body []byte) (*message, *failure)
	// fail answers as the specification says.
	fail func(w http.ResponseWriter, f *failure)
	// onceOnly rejects a message that was processed before. Other protocols confirm
	// it again, because the sender may have missed the first confirmation.
	onceOnly bool
}

// message is an authentic message.
type message struct {
	event   string    // what happened, for the log
	id      [16]byte  // of the message
	until   time.Time // when the id may be forgotten
	entries []Entry
	ignored string // why it revokes nothing, for the log
}

const (
	readTimeout = 10 * time.Second
	sinkTimeout = 10 * time.Second
	retryAfter  = 5 * time.Second
)

func newHandler(c *common, p protocol) (*Handler, error) {
	if err := c.faults.Err(); err != nil {
		return nil, err
	}
	h := &Handler{common: c, protocol: p, slots: make(chan struct{}, c.concurrent)}
	h.rejected.logger, h.rejected.name = c.logger, p.name
	return h, nil
}

// ServeHTTP receives one message.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if h == nil || h.common == nil {
		http.Error(w, "the logout handler is not configured", http.StatusInternalServerError)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "only POST is accepted", http.StatusMethodNotAllowed)
		return
	}
	if f := h.receive(r, w); f != nil {
		h.rejected.note(r.Context(), f, h.clock.Now())
		if f.retry > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(f.retry/time.Second)))
		}
		h.protocol.fail(w, f)
		return
	}
	w.WriteHeader(h.protocol.success)
}

func (h *Handler) receive(r *http.Request, w http.ResponseWriter) *failure {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(h.protocol.mediaTypes, mediaType) {
		return fail(badMessage, "the request's body must be "+h.protocol.mediaTypes[0], nil)
	}
	body, f := h.readBody(r, w)
	if f != nil {
		return f
	}
	select { // after the body was read, so that a slow sender does not hold a slot
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		return again(busy, "too many messages at a time", nil)
	}
	m, f := h.protocol.read(r.Context(), r, body)
	if f != nil {
		return f
	}
	return h.process(r.Context(), m)
}

// readBody bounds the body in bytes and in time.
func (h *Handler) readBody(r *http.Request, w http.ResponseWriter) ([]byte, *failure) {
	// Servers that have no deadlines, such as fiber's adaptor, have read the body already.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(readTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.protocol.maxBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fail(badMessage, "the body has more than "+strconv.FormatInt(h.protocol.maxBytes, 10)+" bytes", nil)
	case err != nil:
		return nil, fail(badMessage, "the body could not be read", err)
	}
	return body, nil
}

// process records what an authentic message revokes, once.
func (h *Handler) process(ctx context.Context, m *message) *failure {
	now := h.clock.Now()
	switch h.seen.begin(m.id, m.until, now) {
	case isPending:
		return again(busy, "the same message is being processed", nil)
	case isDone:
		if h.protocol.onceOnly {
			return fail(replayed, "the message has been processed before", nil)
		}
		return nil
	case isNew:
	}
	recorded := false
	defer func() { h.seen.end(m.id, recorded) }() // after a panic of the sink too: the message is delivered again
	entries := slices.DeleteFunc(m.entries, func(e Entry) bool { return !now.Before(e.Expires) })
	if err := h.record(ctx, entries); err != nil {
		return again(notRecorded, "the revocation could not be recorded", err)
	}
	recorded = true
	attrs := []slog.Attr{
		slog.String("from", h.protocol.name),
		slog.String("event", m.event),
		slog.String("provider", h.about.Provider),
		slog.Int("entries", len(entries)),
	}
	if m.ignored != "" && len(entries) == 0 {
		attrs = append(attrs, slog.String("why", m.ignored))
		h.logger.LogAttrs(ctx, slog.LevelWarn, "auth: message revokes nothing", attrs...)
		return nil
	}
	h.logger.LogAttrs(ctx, slog.LevelInfo, "auth: revoked", attrs...)
	return nil
}

// record writes entries to the sink. It continues if the sender hangs up: the
// message is authentic, and the sender may not deliver it again.
func (h *Handler) record(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sinkTimeout)
	defer cancel()
	return h.sink.Revoke(ctx, entries...)
}

func (c *common) session(issuer, id string, at time.Time) Entry {
	return c.dated(Entry{Kind: KindSession, Issuer: issuer, Value: id}, at)
}

func (c *common) user(issuer, id string, at time.Time) Entry {
	return c.dated(Entry{Kind: KindUser, Issuer: issuer, Value: id}, at)
}

// dated sets the times of an entry. They depend only on the message, so that a
// replay writes an equal entry. A token is accepted for the leeway after it has expired.
func (c *common) dated(e Entry, at time.Time) Entry {
	if e.Kind == KindUser {
		e.Before = onlyBefore(at)
		e.Expires = e.Before.Add(c.lifetime + c.about.Leeway)
		return e
	}
	e.Before = time.Time{}
	e.Expires = at.Add(c.lifetime + c.about.Leeway)
	return e
}

// find calls the function given to [Subjects].
func (c *common) find(ctx context.Context, subject Subject, at time.Time) ([]Entry, *failure) {
	found, err := c.subjects(ctx, subject)
	if err != nil {
		return nil, again(notRecorded, "the subject could not be looked up", err)
	}
	entries := make([]Entry, 0, len(found))
	for _, e := range found {
		if e.Value == "" || e.Issuer == "" || e.Kind != KindUser && e.Kind != KindSession && e.Kind != KindToken {
			return nil, fail(internalFault, "Subjects returned an entry without kind, issuer or value", nil)
		}
		entries = append(entries, c.dated(e, at))
	}
	return entries, nil
}

// codeOf returns the code of a refused token.
func codeOf(err error) core.Code {
	var refused *core.Error
	if errors.As(err, &refused) {
		return refused.Code
	}
	return core.CodeUnknownError
}
