package browsertest_test

import (
	_ "embed"
	"testing"
)

// accessible returns what some people could not use: controls without a name,
// text without enough contrast (WCAG 2.2 §1.4.3), ids that are there twice,
// headings that skip a level, content outside of landmarks, and targets that are
// too small for a finger (§2.5.8).
//
//go:embed accessible.js
var accessible string

// TestAccessible looks at every state that has colors of its own, in light and in
// dark.
func TestAccessible(t *testing.T) {
	for name, dark := range map[string]bool{"light": false, "dark": true} {
		t.Run(name, func(t *testing.T) {
			b := open(t, desk, dark)
			look := func(at string) {
				t.Helper()
				for _, problem := range eval[[]string](b, accessible) {
					t.Errorf("%s: %s", at, problem)
				}
			}
			look("accepted")
			b.click("#send")
			b.answers(200)
			look("four sessions")
			b.click(`[data-break="expired"]`)
			b.verdict("TOKEN_EXPIRED")
			b.click("#send")
			b.answers(401)
			look("refused")
			b.click("#mint")
			b.verdict("Accepted")
			b.click("#outage")
			b.click(`[data-action="restart"]`)
			b.verdict("KEYS_UNAVAILABLE")
			b.answers(503)
			look("outage")
			b.refusals = true
			b.click(`[data-action="revoke"]`)
			b.wait("the mistake", `!document.getElementById("mistake").hidden`)
			look("mistake")
		})
	}
}

// TestAccessibleNotices breaks the page in each way and expects a report.
func TestAccessibleNotices(t *testing.T) {
	b := open(t, desk, false)
	for what, spoil := range map[string]string{
		"a label":    `document.querySelector("label[for=user]").remove()`,
		"a landmark": `document.body.append(document.createElement("p"))`,
		"contrast":   `document.querySelector("#clock").style.color = "#aaa"`,
		"a level":    `document.querySelector("#mint-title").replaceWith(document.createElement("h4"))`,
		"an id":      `document.querySelector("h3").id = "mint"`,
	} {
		before := len(eval[[]string](b, accessible))
		eval[bool](b, "(() => {"+spoil+"; return true })()")
		if after := len(eval[[]string](b, accessible)); after <= before {
			t.Errorf("nothing is noticed about %s", what)
		}
	}
}
