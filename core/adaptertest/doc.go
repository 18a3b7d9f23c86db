// Package adaptertest is the conformance suite for adapters, the packages that
// connect a guard.Guard to a web framework. The conformance test of an adapter is
//
//	func TestConformance(t *testing.T) {
//		adaptertest.Run(t, adaptertest.Adapter{Name: "ginauth", Start: start, HasErrorHandler: true})
//	}
//
// where start mounts the routes of [Config] in the framework and serves them on
// loopback. Requests are written to the connection byte by byte, so that the
// framework's own server is part of the test.
//
// The rules for adapters are in two places. [Scenarios] is the table of single
// requests: what is sent, and what the answer must be. [Run] plays the table, and
// adds rules that one request cannot show: strings that are kept, keep-alive,
// panics, concurrency. A program without tests plays scenarios on a [Stage]. For a
// framework that is served by net/http, [Adapter.HTTP2] plays the table over HTTP/2
// too, with and without TLS.
//
// # Errors
//
// [Run] reports every broken rule as a failed sub-test that logs the rule's reason.
// [Stage.Play] returns an error if the program cannot be started or does not
// answer; [Scenario.Check] returns what is wrong with an answer.
//
// # Concurrency
//
// A [Stage] is safe for concurrent use. Start is called many times, and several of
// its servers run at the same time.
//
// # Compatibility
//
// Every version may add scenarios and rules, so an adapter can fail after an
// upgrade. The names of scenarios may change; the fields of [Config] and the paths
// only get additions.
package adaptertest
