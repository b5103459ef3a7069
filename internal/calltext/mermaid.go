package calltext

import (
	"fmt"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/journal"
)

// Mermaid is calls as a sequence diagram for Mermaid. Tokens are shortened.
func Mermaid[E ~string](calls []Call[E]) string {
	var text strings.Builder
	text.WriteString("sequenceDiagram\n")
	aliases := map[string]string{}
	for _, c := range calls {
		if actor := c.mermaidActor(); aliases[actor] == "" {
			aliases[actor] = fmt.Sprintf("a%d", len(aliases)+1)
			fmt.Fprintf(&text, "    participant %s as %s\n", aliases[actor], journal.Mermaid(actor))
		}
	}
	text.WriteString("    participant gitlab as GitLab\n")
	for _, c := range calls {
		c.writeMermaid(&text, aliases[c.mermaidActor()])
	}
	return text.String()
}

func (c Call[E]) writeMermaid(text *strings.Builder, actor string) {
	answer, arrow := c.Answer(), "-->>"
	if c.Failure {
		answer += " " + c.InjectedText()
	}
	if c.Failure || c.Status == 0 {
		arrow = "--x"
	}
	fmt.Fprintf(text, "    %s->>gitlab: %s\n", actor, journal.Mermaid(c.Request()))
	fmt.Fprintf(text, "    gitlab%s%s: %s\n", arrow, actor, journal.Mermaid(answer))
	if c.Reason != "" {
		fmt.Fprintf(text, "    Note over gitlab: %s\n", journal.Mermaid(c.Reason))
	}
}

func (c Call[E]) mermaidActor() string {
	if actor := c.Actor(); actor != "" {
		return actor
	}
	return "anonymous"
}
