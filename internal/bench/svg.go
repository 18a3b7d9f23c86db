package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// The plots are SVG as GitHub shows it: no script, no fonts from elsewhere, and
// colours that follow the reader's light or dark theme.
const (
	svgWidth, svgHeight = 720, 400
	plotLeft, plotRight = 84, 680
	plotTop, plotBottom = 56, 340
	svgStyle            = `
  <style>
    .page { fill: #ffffff; } .text { fill: #1f2328; } .faint { fill: #59636e; }
    .axis { stroke: #59636e; } .grid { stroke: #d1d9e0; }
    .l0 { stroke: #0969da; fill: #0969da; } .l1 { stroke: #bc4c00; fill: #bc4c00; } .l2 { stroke: #6e7781; fill: #6e7781; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; } .text { fill: #f0f6fc; } .faint { fill: #9198a1; }
      .axis { stroke: #9198a1; } .grid { stroke: #3d444d; }
      .l0 { stroke: #4493f8; fill: #4493f8; } .l1 { stroke: #f0883e; fill: #f0883e; } .l2 { stroke: #9198a1; fill: #9198a1; }
    }
    text { font: 13px system-ui, sans-serif; stroke: none; }
    .title { font-size: 16px; font-weight: 600; }
    polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
  </style>
`
)

// svg draws the curve with both axes logarithmic: a flat line is a cost that
// does not grow, and the two lines, a factor of 40 apart, share a page.
func (c *curve) svg(subtitle string) string {
	var b strings.Builder
	text := func(class string, x, y float64, anchor, s string) {
		fmt.Fprintf(&b, `  <text class="%s" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`+"\n", class, x, y, anchor, html.EscapeString(s))
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`,
		svgWidth, svgHeight, svgWidth, svgHeight, html.EscapeString(c.Title+": time of one verification"))
	b.WriteString(svgStyle)
	fmt.Fprintf(&b, `  <rect class="page" width="%d" height="%d" rx="6"/>`+"\n", svgWidth, svgHeight)
	text("text title", 20, 28, "start", c.Title)
	text("faint", 20, 46, "start", subtitle)

	x, y := c.scales()
	for _, tick := range y.ticks(true) {
		at := y.at(tick)
		fmt.Fprintf(&b, `  <line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>`+"\n", plotLeft, plotRight, at, at)
		text("faint", plotLeft-8, at+4, "end", round(tick))
	}
	for _, tick := range x.ticks(false) {
		at := x.at(tick)
		fmt.Fprintf(&b, `  <line class="axis" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`+"\n", at, at, plotBottom, plotBottom+5)
		text("faint", at, plotBottom+20, "middle", count(tick))
	}
	fmt.Fprintf(&b, `  <line class="axis" x1="%d" x2="%d" y1="%d" y2="%d"/>`+"\n", plotLeft, plotRight, plotBottom, plotBottom)
	text("faint", (plotLeft+plotRight)/2, plotBottom+42, "middle", c.Axis+" (log)")
	fmt.Fprintf(&b, `  <text class="faint" transform="translate(16 %d) rotate(-90)" text-anchor="middle">time (log)</text>`+"\n", (plotTop+plotBottom)/2)

	for i, l := range c.Lines {
		var path []string
		for _, p := range l.Points {
			path = append(path, fmt.Sprintf("%.1f,%.1f", x.at(p.X), y.at(p.Y)))
		}
		fmt.Fprintf(&b, `  <polyline class="l%d" style="fill:none" points="%s"/>`+"\n", i, strings.Join(path, " "))
		for _, p := range l.Points {
			fmt.Fprintf(&b, `  <circle class="l%d" cx="%.1f" cy="%.1f" r="3.5"><title>%s: %s %s, %s</title></circle>`+"\n",
				i, x.at(p.X), y.at(p.Y), html.EscapeString(l.Name), count(p.X), c.Axis, duration(p.Y))
		}
		legend := float64(plotRight - 150*(len(c.Lines)-i))
		fmt.Fprintf(&b, `  <line class="l%d" stroke-width="2.5" x1="%.1f" x2="%.1f" y1="24" y2="24"/>`+"\n", i, legend+30, legend+54)
		text("text", legend+60, 28, "start", l.Name)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// round is a duration that is a round number.
func round(ns float64) string {
	number, unit, _ := strings.Cut(duration(ns), " ")
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number + " " + unit
}

// scale maps a logarithmic range onto the page.
type scale struct{ low, high, from, to float64 }

func (s scale) at(v float64) float64 {
	return s.from + (s.to-s.from)*math.Log(v/s.low)/math.Log(s.high/s.low)
}

// ticks are the powers of ten within the range, and with fine ones their
// doubles and fives, if the powers alone are too few to read by.
func (s scale) ticks(fine bool) []float64 {
	steps := []float64{1}
	if fine || s.high/s.low < 100 {
		steps = []float64{1, 2, 5}
	}
	var all []float64
	for power := math.Pow(10, math.Floor(math.Log10(s.low))); power <= s.high; power *= 10 {
		for _, step := range steps {
			if v := power * step; v >= s.low*0.999 && v <= s.high*1.001 {
				all = append(all, v)
			}
		}
	}
	return all
}

func (c *curve) scales() (x, y scale) {
	x = scale{math.Inf(1), 0, plotLeft, plotRight}
	y = scale{math.Inf(1), 0, plotBottom, plotTop + 8}
	for _, l := range c.Lines {
		for _, p := range l.Points {
			x.low, x.high = min(x.low, p.X), max(x.high, p.X)
			y.low, y.high = min(y.low, p.Y), max(y.high, p.Y)
		}
	}
	const air = 1.6 // above and below the lines
	y.low, y.high = y.low/air, y.high*air
	x.low, x.high = x.low/1.05, x.high*1.05
	return x, y
}
