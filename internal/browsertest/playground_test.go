package browsertest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// verdict waits for the code in the header.
func (b *browser) verdict(code string) {
	b.Helper()
	b.wait("the verdict "+code, fmt.Sprintf(`document.getElementById("summary").textContent === %q`, code))
}

// answers waits for four answers with this status.
func (b *browser) answers(status int) {
	b.Helper()
	b.wait(fmt.Sprintf("four answers %d", status), fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll(".answer .pill")];
		return all.length === 4 && all.every(p => p.textContent === "%d");
	})()`, status))
}

// TestEveryButton presses every button there is, at both widths.
func TestEveryButton(t *testing.T) {
	for name, width := range map[string]int64{"desk": desk, "phone": phone} {
		t.Run(name, func(t *testing.T) { everyButton(open(t, width, width == phone)) })
	}
}

func everyButton(b *browser) {
	pressed := map[string]bool{}
	press := func(selector string) {
		b.Helper()
		b.click(selector)
		pressed[selector] = true
		b.noSidewaysScroll(selector)
	}
	b.noSidewaysScroll("the first look")
	b.choose("provider", "Clerk")
	b.wait("Clerk's claims", `document.getElementById("claims").textContent.includes("clerk.northwind.example")`)
	b.verdict("Accepted")

	for id, code := range map[string]string{
		"expired": "TOKEN_EXPIRED",
		"early":   "TOKEN_NOT_ACTIVE",
		"tamper":  "INVALID_SIGNATURE",
		"foreign": "INVALID_SIGNATURE",
		"none":    "INVALID_FORMAT", "issuer": "ISSUER_MISMATCH", "pending": "CLAIM_MISMATCH",
		"logout": "CLAIM_MISMATCH", "truncate": "INVALID_FORMAT", "kid": "UNKNOWN_KEY",
	} {
		selector := fmt.Sprintf(`[data-break=%q]`, id)
		press(selector)
		b.verdict(code)
		isPressed := fmt.Sprintf(`document.querySelector('%s').getAttribute("aria-pressed") === "true"`, selector)
		b.wait("the pressed button", isPressed)
		press("#mint")
		b.verdict("Accepted")
	}
	b.choose("traps", "Another instance")
	press("#trap")
	b.verdict("ISSUER_MISMATCH")
	if b.text(".steps .fail") == "" || b.text("#hints") == "" {
		b.Error("no step or hint explains the refusal")
	}
	press("#send")
	b.answers(401)
	if got := b.text(".answer"); !strings.Contains(got, "invalid_token") {
		b.Errorf("the answer shows no challenge: %q", got)
	}

	press("#mint")
	b.verdict("Accepted")
	press("#send")
	b.answers(200)
	if got := b.text(".answer"); !strings.Contains(got, `"userId"`) || !strings.Contains(got, "Session") {
		b.Errorf("the answer shows no session: %q", got)
	}
	press("#send-empty")
	b.answers(401)
	b.choose("path", "GET /public")
	press("#send-empty")
	b.answers(200)
	b.choose("path", "GET /admin")
	press("#send")
	b.answers(403)
	b.choose("path", "GET /me")
	press("#send")
	b.answers(200)

	press(`[data-action="revoke"]`)
	b.answers(401)
	press(`[data-action="restore"]`)
	b.answers(200)
	press(`[data-action="minute"]`) // the pause after the last unknown key
	press(`[data-action="rotate"]`)
	press(`[data-break="kid"]`) // the unknown key makes the verifier ask again
	b.wait("the new key", `document.querySelectorAll(".keys li").length >= 2`)
	press(`[data-action="replace"]`)
	press(`[data-action="minute"]`)
	press("#mint")
	b.verdict("Accepted")

	press("#outage")
	b.wait("the outage", `document.getElementById("issuer").textContent === "Issuer is down"`)
	press(`[data-action="restart"]`)
	b.verdict("KEYS_UNAVAILABLE")
	b.answers(503)
	b.wait("the key health", `document.getElementById("health").textContent.includes("Unavailable")`)
	press("#outage")
	b.wait("the end of the outage", `document.getElementById("issuer").textContent === "Issuer is up"`)
	for _, action := range []string{"minute", "hour", "day"} {
		const ahead = `document.getElementById("clock").textContent.split("UTC")[1]`
		before := eval[string](b, ahead)
		press(fmt.Sprintf(`[data-action=%q]`, action))
		b.wait("the clock after +1 "+action, fmt.Sprintf("%s !== %q", ahead, before))
	}
	b.verdict("TOKEN_EXPIRED")
	press("#mint")
	b.verdict("Accepted")

	for _, selector := range eval[[]string](b, `[...document.querySelectorAll("button")].map(e =>
		e.id ? "#" + e.id : e.dataset.break ? '[data-break="' + e.dataset.break + '"]'
			: '[data-action="' + e.dataset.action + '"]')`) {
		if !pressed[selector] {
			b.Errorf("the test does not press %s", selector)
		}
	}
}

func (b *browser) noSidewaysScroll(after string) {
	b.Helper()
	if wide := eval[[]string](b, `(() => {
		const root = document.scrollingElement;
		if (root.scrollWidth <= root.clientWidth) return [];
		return [root.scrollWidth + " of " + root.clientWidth, ...[...document.querySelectorAll("body *")]
			.filter(e => e.getBoundingClientRect().right > root.clientWidth + 1)
			.map(e => e.tagName + "#" + e.id + "." + e.className)];
	})()`); len(wide) > 0 {
		b.Errorf("after %s the page scrolls sideways: %v", after, wide)
	}
}

// TestEveryProviderFits: no provider's token makes the page scroll sideways.
func TestEveryProviderFits(t *testing.T) {
	b := open(t, phone, false)
	for _, provider := range eval[[]string](b, `[...document.getElementById("provider").options].map(o => o.text)`) {
		b.choose("provider", provider)
		b.wait(provider, `document.getElementById("summary").textContent === "Accepted"`)
		b.noSidewaysScroll(provider)
	}
}

// TestPaste: a token of one's own is read as it is typed, and its text never
// becomes markup.
func TestPaste(t *testing.T) {
	b := open(t, desk, false)
	b.fill("#token", "not.a.token")
	b.verdict("INVALID_FORMAT")
	// {"alg":"RS256","<img src=x onerror=alert(1)>":1}
	const header = "eyJhbGciOiJSUzI1NiIsIjxpbWcgc3JjPXggb25lcnJvcj1hbGVydCgxKT4iOjF9"
	b.fill("#token", header+"."+header+".AAAA")
	b.wait("the header", `document.getElementById("header").textContent.includes("<img src=x")`)
	if eval[int](b, `document.querySelectorAll("dl img").length`) != 0 {
		t.Error("a claim's name became an element")
	}
}

// TestUser mints a token of the person that was typed, with the Enter key.
func TestUser(t *testing.T) {
	b := open(t, desk, false)
	b.refusals = true
	b.fill("#user", "auth0|ada"+kb.Enter)
	b.wait("Ada's claims", `document.getElementById("claims").textContent.includes("auth0|ada")`)
	b.fill("#user", "a b"+kb.Enter)
	b.wait("the mistake", `document.getElementById("mistake").textContent.includes("printable")`)
	b.click("#mint")
	b.click(`[data-break="expired"]`)
	b.wait("the mistake", `!document.getElementById("mistake").hidden`)
}

// TestKeyboard reaches every control by the Tab key, with a visible focus, and
// presses one.
func TestKeyboard(t *testing.T) {
	b := open(t, desk, false)
	controls := eval[int](b, `[...document.querySelectorAll("a[href], button, input, select, textarea")]
		.filter(e => !e.disabled && e.checkVisibility()).length`)
	reached := map[string]bool{}
	for range controls + 2 {
		b.do("press Tab", chromedp.KeyEvent(kb.Tab))
		at := eval[[]string](b, `(() => {
			const e = document.activeElement;
			return [e.tagName, e.id || e.dataset.break || e.dataset.action || e.textContent, getComputedStyle(e).outlineStyle];
		})()`)
		if at[0] == "BODY" {
			break
		}
		reached[at[0]+" "+at[1]] = true
		if at[2] == "none" {
			t.Errorf("the focus on %v cannot be seen", at)
		}
	}
	if len(reached) < controls {
		t.Errorf("Tab reaches %d of %d controls: %v", len(reached), controls, reached)
	}
	b.do("press Enter on a button", chromedp.Focus(chromedp.CSS(`[data-break="expired"]`)), chromedp.KeyEvent(kb.Enter))
	b.verdict("TOKEN_EXPIRED")
	b.do("press Space on a button", chromedp.Focus(chromedp.CSS(`#mint`)), chromedp.KeyEvent(" "))
	b.verdict("Accepted")
}
