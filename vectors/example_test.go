package vectors_test

import (
	"fmt"
	"log"

	"github.com/revstackhq/auth-go/vectors"
)

func ExampleLoad() {
	classes, err := vectors.Load()
	if err != nil {
		log.Fatal(err)
	}
	for _, class := range classes {
		if class.Name != "psychic-signatures" {
			continue
		}
		for _, c := range class.Cases {
			if c.Name == "ES256: r and s are 0" {
				// A verifier for c.Contract with c.Keys, its clock at c.Time, must refuse c.Token.
				fmt.Println(class.References[0], c.Contract.Algorithms, c.Accept, c.Code)
			}
		}
	}
	// Output: CVE-2022-21449 [ES256] false INVALID_SIGNATURE
}
