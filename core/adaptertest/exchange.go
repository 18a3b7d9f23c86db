package adaptertest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// Field is one header line of a request, sent unchanged.
type Field struct{ Name, Value string }

// Exchange is the answer to one request, as received.
type Exchange struct {
	// StatusLine is the first line. Status is the number in it.
	StatusLine string
	Status     int
	// Header has every field line of the answer.
	Header http.Header
	// Body is the content, without its framing.
	Body []byte
	// Ran are the routes whose handlers ran.
	Ran []string
}

// Golden returns the answer as text: status line, header fields sorted by name,
// body. It leaves Date out, writes {nonce} for a DPoP-Nonce, which changes with time,
// and changes nothing else.
func (x Exchange) Golden() string {
	var b strings.Builder
	b.WriteString(x.StatusLine + "\n")
	names := make([]string, 0, len(x.Header))
	for name := range x.Header {
		if name != "Date" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range x.Header[name] {
			if name == "Dpop-Nonce" && value != "" {
				value = "{nonce}"
			}
			b.WriteString(name + ": " + value + "\n")
		}
	}
	b.WriteString("\n")
	b.Write(x.Body)
	return b.String()
}

// wire is one connection to a server.
type wire struct {
	conn   net.Conn
	reader *bufio.Reader
	host   string
}

// timeout is how long to wait for a server that does not answer.
const timeout = 20 * time.Second

func dial(ctx context.Context, addr string) (*wire, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return newWire(conn), nil
}

func newWire(conn net.Conn) *wire {
	return &wire{conn: conn, reader: bufio.NewReader(conn), host: host}
}

func (w *wire) close() error { return w.conn.Close() }

// send writes a request unchanged.
func (w *wire) send(method, target string, fields []Field) (Exchange, error) {
	var request bytes.Buffer
	_, _ = fmt.Fprintf(&request, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, target, w.host)
	for _, f := range fields {
		_, _ = fmt.Fprintf(&request, "%s: %s\r\n", f.Name, f.Value)
	}
	if method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		request.WriteString("Content-Length: 0\r\n")
	}
	request.WriteString("\r\n")
	if err := w.conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return Exchange{}, err
	}
	if _, err := w.conn.Write(request.Bytes()); err != nil {
		return Exchange{}, err
	}
	return w.receive(method)
}

// receive parses the head itself, because net/http hides the fields for framing. It
// lets net/http parse the body.
func (w *wire) receive(method string) (Exchange, error) {
	var head bytes.Buffer
	for {
		line, err := w.reader.ReadSlice('\n')
		if err != nil {
			return Exchange{}, fmt.Errorf("reading the answer's head: %w", err)
		}
		head.Write(line)
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		if head.Len() > 1<<20 {
			return Exchange{}, errors.New("the answer's head does not end")
		}
	}
	raw := textproto.NewReader(bufio.NewReader(bytes.NewReader(head.Bytes())))
	line, err := raw.ReadLine()
	if err != nil {
		return Exchange{}, err
	}
	header, err := raw.ReadMIMEHeader()
	if err != nil {
		return Exchange{}, err
	}
	rest := bufio.NewReader(io.MultiReader(&head, w.reader))
	response, err := http.ReadResponse(rest, &http.Request{Method: method})
	if err != nil {
		return Exchange{}, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return Exchange{}, fmt.Errorf("reading the answer's body: %w", err)
	}
	if rest.Buffered() > 0 { // bytes that arrive later break the next answer on the connection instead
		return Exchange{}, fmt.Errorf("%d bytes follow the answer to %s", rest.Buffered(), method)
	}
	return Exchange{
		StatusLine: line,
		Status:     response.StatusCode,
		Header:     http.Header(header),
		Body:       body,
	}, response.Body.Close()
}
