package browsertest_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestScreenshots writes the pictures of docs/playground.md, if it is asked to.
func TestScreenshots(t *testing.T) {
	folder := flag.Lookup("screenshots").Value.String()
	if folder == "" {
		t.Skip("run with -screenshots and the path of docs/images")
	}
	b := open(t, desk, false)
	b.choose("provider", "Clerk")
	b.verdict("Accepted")
	b.click(`[data-break="issuer"]`)
	b.verdict("ISSUER_MISMATCH")
	b.shoot(folder, "playground-desk.png")

	b = open(t, phone, true)
	b.choose("provider", "Clerk")
	b.verdict("Accepted")
	b.click(`[data-break="expired"]`)
	b.verdict("TOKEN_EXPIRED")
	eval[bool](b, `(document.querySelector("#verdict").scrollIntoView(), true)`)
	b.shoot(folder, "playground-phone.png")
}

// shoot writes what the window shows.
func (b *browser) shoot(folder, name string) {
	b.Helper()
	eval[bool](b, `(document.activeElement.blur(), true)`)
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		b.Fatal(err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, fewColors(decoded)); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), small.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
}

// fewColors returns the picture in its 256 most frequent colors, a third of the
// size.
func fewColors(picture image.Image) image.Image {
	count := map[color.Color]int{}
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[picture.At(x, y)]++
		}
	}
	colors := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return count[b] - count[a] })
	small := image.NewPaletted(bounds, color.Palette(colors[:min(len(colors), 256)]))
	draw.Draw(small, bounds, picture, bounds.Min, draw.Src)
	return small
}
