//go:build !unix

package main

import "testing"

func reportProcessorTime(*testing.B) func() { return func() {} }
