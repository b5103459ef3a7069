package world

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const pipelinesPage = "../../docs/pipelines.md"

// startTable shows startRules.
func startTable() string {
	var b strings.Builder
	b.WriteString("| `when` | goes on after earlier stages that are | goes on after needs that are |\n| --- | --- | --- |\n")
	for _, rule := range startRules {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", coded(rule.when), coded(rule.stages), coded(rule.needs))
	}
	return b.String()
}

// statusTable shows statusRules.
func statusTable() string {
	var b strings.Builder
	b.WriteString("| the latest jobs are | so the stage or pipeline is |\n| --- | --- |\n")
	for _, rule := range statusRules {
		which := "only " + coded(rule.only)
		if rule.only == nil {
			which = "any of them " + coded(rule.any)
		}
		fmt.Fprintf(&b, "| %s | `%s` |\n", which, rule.status)
	}
	return b.String() + "| anything else | `failed` |\n"
}

func coded[T ~string](words []T) string {
	var all []string
	for _, w := range words {
		all = append(all, "`"+string(w)+"`")
	}
	return strings.Join(all, ", ")
}

// The page shows the rules that are followed.
func TestDocsShowHowPipelinesMove(t *testing.T) {
	raw, err := os.ReadFile(pipelinesPage)
	require.NoError(t, err)
	page := string(raw)
	for _, want := range []string{startTable(), statusTable()} {
		head, _, _ := strings.Cut(want, "\n")
		at := strings.Index(page, head)
		require.GreaterOrEqual(t, at, 0, "the page has no table %s", head)
		shown := page[at:]
		shown = shown[:strings.Index(shown+"\n\n", "\n\n")] + "\n"
		if *update {
			page = page[:at] + want + page[at+len(shown):]
			continue
		}
		assert.Equal(t, want, shown, "run with -update to write it anew")
	}
	if *update {
		require.NoError(t, os.WriteFile(pipelinesPage, []byte(page), 0o644))
	}
}
