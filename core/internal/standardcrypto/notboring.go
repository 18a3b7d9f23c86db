//go:build !boringcrypto

package standardcrypto

const boringBuild = false
