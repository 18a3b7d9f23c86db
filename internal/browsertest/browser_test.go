package browsertest_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/gin-gonic/gin"

	"github.com/revstackhq/auth-go/authdoctor/playground"
)

// The widths of a desk and of a small phone, in pixels.
const (
	desk  = 1280
	phone = 360
)

// patience bounds what a person waits for at a time.
const patience = 20 * time.Second

// limit bounds one test, in case the page never shows what is waited for.
const limit = 90 * time.Second

// browser is a tab with a playground.
type browser struct {
	*testing.T
	ctx  context.Context // the tab, as chromedp has it
	play *playground.Playground
	url  string

	mu       sync.Mutex
	refusals bool     // the test makes mistakes that the server refuses
	problems []string // console errors, exceptions, and requests that fail or leave
}

// chromium finds the program, and skips the test without it.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no chromium: .ci/run installs it")
	}
	t.Skip("no chromium: apt-get install chromium")
	return ""
}

// open opens the playground in a new browser. dark is the person's preference.
func open(t *testing.T, width int64, dark bool) *browser {
	t.Helper()
	program := chromium(t)
	gin.SetMode(gin.ReleaseMode)
	play, err := playground.New(playground.Config{})
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
	options := append(
		chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.NoSandbox, // CI runs as root, and the page is our own
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	limited, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	allocator, stop := chromedp.NewExecAllocator(limited, options...)
	t.Cleanup(stop)
	tab, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	b := &browser{T: t, ctx: tab, play: play, url: server.URL}
	if err := chromedp.Do(tab); err != nil { // starts the browser
		t.Fatal(err)
	}
	if err := chromedp.Listen(tab, b.note); err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	b.do("open the page",
		command(network.Enable, network.EnableParams{}),
		command(log.Enable, cdp.Empty{}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		}),
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width == phone,
		}),
		chromedp.Navigate(b.url),
	)
	b.wait("the first verdict", `document.getElementById("summary").textContent === "Accepted"`)
	t.Cleanup(b.check)
	return b
}

// command sends a command of the DevTools protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// note keeps what a person would find in the browser's console.
func (b *browser) note(event any) {
	problem := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		problem = "exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		problem = fmt.Sprintf("console.%s", e.Type)
	case *log.EventEntryAdded:
		problem = fmt.Sprintf("log, %s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, b.url+"/") {
			problem = "a request leaves the page's server: " + e.Request.URL
		} else if strings.Contains(e.Request.URL, "?") || strings.Contains(e.Request.URL, "eyJ") {
			problem = "a URL holds data: " + e.Request.URL
		}
	}
	if problem != "" {
		b.mu.Lock()
		b.problems = append(b.problems, problem)
		b.mu.Unlock()
	}
}

func (b *browser) check() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, problem := range b.problems {
		if !b.refusals || !strings.Contains(problem, "status of 400") {
			b.Error(problem)
		}
	}
}

func (b *browser) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

// eval returns the value of an expression, which may be a promise.
func eval[T any](b *browser, expression string) T {
	b.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return value
}

// wait waits until an expression is true.
func (b *browser) wait(what, expression string) {
	b.Helper()
	shown := eval[string](b, fmt.Sprintf(`new Promise(resolve => {
		const end = Date.now() + %d;
		const look = () => {
			if (%s) resolve("");
			else if (Date.now() > end) resolve(document.body.innerText);
			else setTimeout(look, 10);
		};
		look();
	})`, patience.Milliseconds(), expression))
	if shown != "" {
		b.Fatalf("waited for %s, %s; the page shows\n%s", what, expression, shown)
	}
}

// click presses a button by its place on the screen.
func (b *browser) click(selector string) {
	b.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// fill types a text, and more keys, into a field that is emptied first.
func (b *browser) fill(selector, keys string) {
	b.Helper()
	field := chromedp.CSS(selector)
	b.do("type into "+selector, chromedp.Focus(field))
	eval[string](b, fmt.Sprintf(`document.querySelector(%q).value = ""`, selector))
	b.do("type into "+selector, chromedp.SendKeys(field, keys))
}

// choose picks the option of a list that has this text.
func (b *browser) choose(id, text string) {
	b.Helper()
	if !eval[bool](b, fmt.Sprintf(`(() => {
		const list = document.getElementById(%q);
		const wanted = [...list.options].find(o => o.text === %q);
		if (!wanted) return false;
		list.value = wanted.value;
		list.dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	})()`, id, text)) {
		b.Fatalf("%s has no option %q", id, text)
	}
}

func (b *browser) text(selector string) string {
	b.Helper()
	return eval[string](b, fmt.Sprintf(`document.querySelector(%q).innerText`, selector))
}
