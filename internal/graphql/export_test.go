package graphql

// ForgetSchemas makes the process as it was before anybody asked in GraphQL.
func ForgetSchemas() { schemas.Clear() }

// LoadedSchemas is how many versions' schemas have been wanted since.
func LoadedSchemas() (n int) {
	schemas.Range(func(any, any) bool {
		n++
		return true
	})
	return n
}
