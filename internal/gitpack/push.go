package gitpack

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// The capabilities of a push that are spoken of here (https://git-scm.com/docs/gitprotocol-capabilities).
const (
	CapReport      = "report-status"
	CapReportV2    = "report-status-v2"
	CapSideBand    = "side-band-64k"
	CapAtomic      = "atomic"
	CapPushOptions = "push-options"
)

// Command is what a push asks of one ref.
type Command struct {
	Old, New string // names of objects; repository.ZeroID for none
	Ref      string // the full name, as it came
}

func (c Command) Deletes() bool { return c.New == repository.ZeroID }
func (c Command) Creates() bool { return c.Old == repository.ZeroID && !c.Deletes() }

// Push is a request to receive-pack, whose pack is yet to be read.
type Push struct {
	Commands     []Command
	Capabilities []string
	Options      []string // as the client wrote them: "ci.skip"
	Pack         []byte   // empty where nothing is sent
}

// Can reports whether the client has a capability.
func (p *Push) Can(capability string) bool { return slices.Contains(p.Capabilities, capability) }

// Params are the parameters of the call for who looks at it: those it came with, where the first ref is to be moved
// from and to, the names of all refs, and the push options.
func (p *Push) Params(came map[string]any) map[string]any {
	all := maps.Clone(came)
	if all == nil {
		all = map[string]any{}
	}
	var refs, options []any
	for _, c := range p.Commands {
		refs = append(refs, c.Ref)
	}
	for _, o := range p.Options {
		options = append(options, o)
	}
	if len(refs) > 0 {
		first := p.Commands[0]
		all["ref"], all["before"], all["after"], all["refs"] = first.Ref, first.Old, first.New, refs
	}
	if len(options) > 0 {
		all["options"] = options
	}
	return all
}

// UnknownOptions are the push options that GitLab does not know, or that lack the value without which they do nothing.
func (p *Push) UnknownOptions() (unknown []string) {
	for _, o := range p.Options {
		name, value, _ := strings.Cut(o, "=")
		name = strings.TrimSpace(name)
		family, _, _ := strings.Cut(name, ".")
		switch {
		case name == OptionVariable || name == OptionInput:
			if !strings.Contains(value, "=") {
				unknown = append(unknown, o)
			}
		case name == OptionSkip, slices.Contains(otherOptions, family):
		default:
			unknown = append(unknown, o)
		}
	}
	return unknown
}

// The push options that do something here.
const (
	OptionSkip     = "ci.skip"
	OptionVariable = "ci.variable"
	OptionInput    = "ci.input"
)

// MeantOption is the push option, as it is to be written, that was meant by one which does nothing; false if none is
// near.
func MeantOption(option string) (meant string, near bool) {
	written := map[string]string{OptionSkip: OptionSkip, OptionVariable: OptionVariable + "=KEY=VALUE",
		OptionInput: OptionInput + "=NAME=VALUE"}
	name, _, _ := strings.Cut(option, "=")
	name, near = nearest.Of(strings.TrimSpace(name), slices.Sorted(maps.Keys(written)))
	return written[name], near
}

// otherOptions are the families of options that GitLab knows beside them (lib/gitlab/push_options.rb).
var otherOptions = []string{"merge_request", "mr", "integrations", "secret_push_protection", "secret_detection"}

// Unpacker is the program with which git takes over a pack, which has been read (transfer.unpackLimit).
func (p *Push) Unpacker() string {
	const few = 100 // objects
	if binary.BigEndian.Uint32(p.Pack[8:]) < few {
		return "unpack-objects"
	}
	return "index-pack"
}

// ReadPush reads the body of a request to receive-pack. A body without commands is one that only tries whether it may.
func ReadPush(body []byte) (*Push, error) {
	p := &Push{}
	seen := map[string]bool{} // the refs of the commands
	for {
		line, rest, isFlush, err := cutPkt(body)
		if err != nil {
			return nil, err
		}
		body = rest
		if isFlush {
			break
		}
		if err := p.addCommand(line, seen); err != nil {
			return nil, err
		}
	}
	for p.Can(CapPushOptions) && len(body) > 0 {
		line, rest, isFlush, err := cutPkt(body)
		if err != nil {
			return nil, err
		}
		body = rest
		if isFlush {
			break
		}
		p.Options = append(p.Options, string(line))
	}
	p.Pack = body
	return p, nil
}

// addCommand reads one line: "OLD NEW REF", behind the first a NUL and the client's capabilities. The commits at which
// the history of a shallow client ends ("shallow ID") are passed over: what is missing is found out anyway.
func (p *Push) addCommand(line []byte, seen map[string]bool) error {
	text, capabilities, first := bytes.Cut(line, []byte{0})
	if bytes.HasPrefix(text, []byte("shallow ")) {
		return nil
	}
	parts := strings.SplitN(string(text), " ", 3)
	if len(parts) != 3 || !repository.IsID(parts[0]) || !repository.IsID(parts[1]) || parts[2] == "" {
		return fmt.Errorf("%q is no command of a push: OLD NEW REF", text)
	}
	if first {
		p.Capabilities = strings.Fields(string(capabilities))
	}
	c := Command{parts[0], parts[1], parts[2]}
	if seen[c.Ref] {
		return fmt.Errorf("two commands are for %s", c.Ref)
	}
	seen[c.Ref] = true
	p.Commands = append(p.Commands, c)
	return nil
}
