// Package crosstest has no code: its tests send every scenario of
// core/adaptertest to all four adapters and hold the answers against golden
// files, byte for byte. The files in testdata are the documentation of the
// HTTP behaviour, and a change in one is a change of the API.
//
//	go test .            compare
//	go test . -update    write the golden files anew
//	go test . -v -run 'TestTable$'    print the table for the four side by side
//
// testdata/table.md lists the rows. What a request and its answer alone don't
// show (WebSockets, streams, CORS, the discovery walk) is asked of a program in
// each framework, see surface_test.go.
package crosstest
