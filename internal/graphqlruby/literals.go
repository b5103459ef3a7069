package graphqlruby

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// literal takes a value (Parser#value).
func (p *parser) literal() any {
	defer p.deeper()()
	switch p.kind {
	case tokInt:
		return wholeNumber(p.word())
	case tokFloat:
		return parseFloat(p.word())
	case tokString:
		text := p.stringValue()
		p.step()
		return text
	case "TRUE", "FALSE":
		return p.word() == "true"
	case "NULL":
		p.step()
		return nullLiteral{}
	case tokOpenList:
		p.step()
		list := []any{}
		for !p.is(tokCloseList) {
			list = append(list, p.literal())
		}
		p.step()
		return list
	case tokOpenCurly:
		o := &objectLiteral{at: p.at}
		p.step()
		o.fields = p.pairs(tokCloseCurly)
		p.step()
		return o
	case tokDollar:
		at := p.at
		p.step()
		return &variableUse{at: at, name: p.name()}
	}
	if !p.is(tokName) && !isKeyword(p.kind) {
		p.expect("VALUE")
	}
	return EnumLiteral(p.word())
}

func (p *parser) word() string {
	text := p.value()
	p.step()
	return text
}

// wholeNumber is an int64, or a json.Number if it does not fit.
func wholeNumber(text string) any {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return json.Number(text)
	}
	return n
}

// parseFloat reads a number; one that is out of range is infinite, as in Ruby.
func parseFloat(text string) float64 {
	f, _ := strconv.ParseFloat(text, 64)
	return f
}

// printLiteral is how GraphQL::Language::Printer shows a value of a document.
func printLiteral(value any) string {
	switch v := value.(type) {
	case nullLiteral:
		return "null"
	case EnumLiteral:
		return string(v)
	case *variableUse:
		return "$" + v.name
	case []any:
		return "[" + joined(v, printLiteral) + "]"
	case *objectLiteral:
		return "{" + joined(v.fields, func(a *argument) string { return a.name + ": " + printLiteral(a.value) }) + "}"
	}
	return serialize(value)
}

func joined[T any](all []T, show func(T) string) string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = show(one)
	}
	return strings.Join(texts, ", ")
}

// serialize is GraphQL::Language.serialize: JSON, with bare keys and nothing between.
func serialize(value any) string {
	switch v := value.(type) {
	case []any:
		texts := make([]string, len(v))
		for i, item := range v {
			texts[i] = serialize(item)
		}
		return "[" + strings.Join(texts, ",") + "]"
	case map[string]any:
		texts := make([]string, 0, len(v))
		for _, key := range sortedKeys(v) {
			texts = append(texts, key+":"+serialize(v[key]))
		}
		return "{" + strings.Join(texts, ",") + "}"
	case float64:
		return rubyFloat(v)
	}
	return toJSON(value)
}

// toJSON is Ruby's JSON.generate: it escapes nothing but what it must.
func toJSON(value any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(value) != nil {
		return fmt.Sprint(value)
	}
	text := strings.TrimSuffix(b.String(), "\n")
	return strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029").Replace(text)
}

// rubyFloat is Float#to_s.
func rubyFloat(f float64) string {
	switch {
	case math.IsInf(f, 0):
		return "Infinity"
	case f == math.Trunc(f) && math.Abs(f) < 1e16:
		return strconv.FormatFloat(f, 'f', 1, 64)
	case math.Abs(f) >= 1e-4 && math.Abs(f) < 1e16:
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	text := strconv.FormatFloat(f, 'e', -1, 64)
	if !strings.Contains(text, ".") {
		text = strings.Replace(text, "e", ".0e", 1)
	}
	return text
}
