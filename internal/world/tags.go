package world

import (
	"slices"
	"strings"
)

// ParseTags reads tags as requests and seeds give them: joined by commas, split again, and a tag in quotes is taken
// without them and may have commas inside (lib/gitlab/ci/tags/parser.rb, and acts-as-taggable before). Tags in quotes
// come first.
func ParseTags(given []string) []string {
	if !slices.ContainsFunc(given, func(tag string) bool { return strings.ContainsAny(tag, `,"'`) }) {
		return cleanTags(given) // most of all, and in no need of a text that lives on with them
	}
	text := strings.Join(given, ", ")
	double, text := quotedTags(text, '"')
	single, text := quotedTags(text, '\'')
	return cleanTags(append(append(double, single...), strings.Split(text, ",")...))
}

// WrittenTags are tags as ParseTags reads them, which a request or a seed gives: in quotes where they would else be
// taken for something else. A tag that no quotes keep, such as one with commas behind quotes of both kinds, stays bare
// and is read as something else.
func WrittenTags(tags []string) []string {
	written := slices.Clone(tags)
	for i, tag := range tags {
		for _, quote := range []string{"", `"`, "'"} {
			if read := ParseTags([]string{quote + tag + quote}); len(read) == 1 && read[0] == tag {
				written[i] = quote + tag + quote
				break
			}
		}
	}
	return written
}

// quotedTags takes the tags in this kind of quotes out of a text. One begins at the text's beginning or a comma, and
// ends where a comma or the end follows its quote; it is on one line.
func quotedTags(text string, quote byte) (tags []string, rest string) {
	ends := quoteEnds(text, quote)
	var kept strings.Builder
	for i := 0; i < len(text); {
		from := i
		if text[i] == ',' {
			from++
		} else if i > 0 {
			kept.WriteByte(text[i])
			i++
			continue
		}
		from += blanks(text[from:])
		if from < len(text) && text[from] == quote && ends[from+1] >= 0 {
			end := ends[from+1]
			tags = append(tags, text[from+1:end])
			i = end + 1 + blanks(text[end+1:])
			continue
		}
		kept.WriteByte(text[i])
		i++
	}
	return tags, kept.String()
}

// quoteEnds says for each place in a text where the tag in quotes ends that begins there; -1 is nowhere. It is reckoned
// from behind, so that many quotes without an end are not looked at again and again.
func quoteEnds(text string, quote byte) []int {
	ends := make([]int, len(text)+1)
	ends[len(text)] = -1
	closes := true // whether nothing but blanks comes between here and a comma or the end
	for i := len(text) - 1; i >= 0; i-- {
		ends[i] = ends[i+1]
		switch c := text[i]; {
		case c == quote && closes:
			ends[i] = i
		case c == '\n':
			ends[i] = -1
		}
		closes = text[i] == ',' || closes && blanks(text[i:i+1]) == 1
	}
	return ends
}

// blanks is how many white characters a text begins with.
func blanks(text string) int { return len(text) - len(strings.TrimLeft(text, " \t\n\v\f\r")) }
