package cimodel

import (
	"flag"
	"os"
	"testing"
)

// TestMain has few stories told unless somebody asks for more with -rapid.checks.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
