// Package browsertest tests the playground in Chromium, as a person uses it: it
// presses every button, by mouse and by keyboard, at the width of a desk and of a
// phone, and looks for errors, sideways scrolling and elements that not everybody
// can use. It needs the program chromium or google-chrome; without it the tests
// skip, except in CI.
//
//	go test ./internal/browsertest                          # from the root
//	go test ./internal/browsertest -args -screenshots "$PWD/docs/images"  # and write the pictures of docs/playground.md
package browsertest
