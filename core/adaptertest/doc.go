// Package adaptertest certifies adapters: the shells around guard.Guard that fit
// it to a web framework. An adapter's whole conformance test is
//
//	func TestConformance(t *testing.T) {
//		adaptertest.Run(t, adaptertest.Adapter{Name: "ginauth", Start: start, HasErrorHandler: true})
//	}
//
// where start mounts a few routes in the framework, see [Config], and lets them
// be served on loopback. Requests are written to the wire byte by byte, so that
// the framework's own server is part of the test.
//
// The rules that every adapter keeps stand in two places. [Scenarios] is the
// table of single requests: what is sent, and what must be answered. [Run] plays
// it, and adds what one request can't show: kept strings, keep-alive, panics,
// concurrency. A program that wants the table for itself plays it on a [Stage].
package adaptertest
