//go:build boringcrypto

package rsaverify

const boringBuild = true
