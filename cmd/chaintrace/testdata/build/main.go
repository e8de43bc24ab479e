// Command app has a start of its own.
package main

import "example.com/app/own"

func main() { own.Start("app") }
