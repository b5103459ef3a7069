package ciyaml

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ErrTooBig is the error about a configuration that is [TooBig], and errNotHash about one that is no hash
// (lib/gitlab/config/loader).
var (
	ErrTooBig  = errors.New("The parsed YAML is too big")
	errNotHash = errors.New("Invalid configuration format")
)

// maxSource is more than any text of a configuration that is not too big, its comments aside.
const maxSource = 16 << 20

// divider is what stands between the documents of a file.
var divider = regexp.MustCompile(`(?m)^---\s+`)

// maxDocuments is how many documents a file is cut into, with what may stand before a leading divider. More stay with
// the last of them, of which only the first is read.
const maxDocuments = 3

// Documents reads a file: its header, which is its first document if that has spec and is followed by another, and its
// configuration. A document with nothing in it, such as comments before a divider, is none, and without any the
// configuration is empty. What is no hash, too big or no YAML is an error in GitLab's words.
func Documents(source string) (header, config *Map, err error) {
	if len(source) > maxSource {
		return nil, nil, ErrTooBig
	}
	var read []any
	for _, text := range divider.Split(source, maxDocuments) {
		value, err := parse(text)
		if err != nil {
			return nil, nil, err
		}
		if !Blank(value) {
			read = append(read, value)
		}
	}
	documents := make([]*Map, len(read))
	for i, value := range read {
		if documents[i], err = hash(value); err != nil {
			return nil, nil, err
		}
	}
	switch n := len(documents); {
	case n == 0:
		return nil, &Map{}, nil
	case n > 1 && documents[0].Has("spec"):
		return documents[0], documents[n-1], nil
	}
	return nil, documents[0], nil
}

// hash is a value that is a hash and not too big.
func hash(value any) (*Map, error) {
	if TooBig(value) {
		return nil, ErrTooBig
	}
	config, ok := value.(*Map)
	if !ok {
		return nil, errNotHash
	}
	return config, nil
}

// Blank is Rails' idea of a value with nothing in it: false is one, too.
func Blank(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case *Map:
		return v.Len() == 0
	}
	return false
}

// parse reads a text's first document.
func parse(source string) (any, error) {
	var node yaml.Node
	err := yaml.NewDecoder(strings.NewReader(source)).Decode(&node)
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, problem(source, err)
	}
	p := parser{values: map[*yaml.Node]any{}, open: map[*yaml.Node]bool{}, left: maxSize}
	return p.value(&node, 0)
}

// parser turns one document's nodes into values, each node once, however many aliases name it. Only lists and maps that
// are keys, and what merge keys name, are gone through wherever they stand: of these, all together may weigh what a
// document may.
type parser struct {
	values map[*yaml.Node]any
	open   map[*yaml.Node]bool
	left   int // what they may still weigh
}

func (p *parser) value(node *yaml.Node, depth int) (any, error) {
	if value, ok := p.values[node]; ok {
		return value, nil
	}
	// An alias to a node that it lies in has no end, which GitLab finds out by measuring it.
	if p.open[node] || depth > 4*maxDepth {
		return nil, ErrTooBig
	}
	p.open[node] = true
	defer delete(p.open, node)
	value, err := p.read(node, depth+1)
	if err != nil {
		return nil, err
	}
	p.values[node] = value
	return value, nil
}

func (p *parser) read(node *yaml.Node, depth int) (any, error) {
	switch node.Kind {
	case yaml.DocumentNode:
		if len(node.Content) == 0 {
			return nil, nil
		}
		return p.value(node.Content[0], depth)
	case yaml.AliasNode:
		return p.value(node.Alias, depth)
	case yaml.MappingNode:
		m, err := p.mapping(node, depth)
		return tagged(node, m, err)
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i, each := range node.Content {
			value, err := p.value(each, depth)
			if err != nil {
				return nil, err
			}
			list[i] = value
		}
		return tagged(node, list, nil)
	case yaml.ScalarNode:
		value, err := scalar(node)
		return tagged(node, value, err)
	}
	return nil, nil
}

// tagged is the value or, with GitLab's own tag, the reference that it describes.
func tagged(node *yaml.Node, value any, err error) (any, error) {
	if err == nil && node.Tag == referenceTag {
		return &Reference{data: value}, nil
	}
	return value, err
}

func (p *parser) mapping(node *yaml.Node, depth int) (any, error) {
	m := &Map{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, err := p.value(node.Content[i], depth)
		if err != nil {
			return nil, err
		}
		value, err := p.value(node.Content[i+1], depth)
		if err != nil {
			return nil, err
		}
		if key == mergeKey && p.mergeInto(m, value) {
			if p.left < 0 {
				return nil, ErrTooBig
			}
			continue
		}
		if !isPlain(key) && !fits(key, &p.left, 1) {
			return nil, ErrTooBig
		}
		_, isText := key.(string)
		_, isSymbol := key.(Symbol)
		m.put(Entry{Text(key), isText || isSymbol, value})
	}
	return m, nil
}

// isPlain says whether a value holds no others.
func isPlain(value any) bool {
	switch value.(type) {
	case *Map, []any, *Reference:
		return false
	}
	return true
}

const mergeKey = "<<"

// mergeInto lays what a merge key names over what came before it, as Psych does; of several the first counts most.
// It stops where too much was merged.
func (p *parser) mergeInto(m *Map, value any) bool {
	switch v := value.(type) {
	case *Map:
		if p.left -= weight * v.Len(); p.left < 0 {
			return true
		}
		for _, e := range v.Entries() {
			m.put(e)
		}
		return true
	case []any:
		for i := len(v) - 1; i >= 0; i-- {
			if _, ok := v[i].(*Map); !ok {
				return false
			}
		}
		for i := len(v) - 1; i >= 0; i-- {
			p.mergeInto(m, v[i])
		}
		return true
	}
	return false
}
