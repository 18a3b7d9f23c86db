// Package rpctest proves that grpcauth and connectauth give the same answers. Its tests
// start servers of both, call them with the clients of grpc-go and connect-go, and
// compare every answer with testdata/answers.txtar.
//
// Its service is written by hand on well-known messages, so that no generated code is
// needed.
package rpctest
