// Package page writes the start of a server chain as one HTML page that stands
// alone: an overview, the pictures of the chain to pan and zoom, a timeline of which
// any stretch can be enlarged, and tables of hooks, checks and routes to search, sort
// and filter. Of a trace that shows no server chain it writes such a page of the tree
// of its spans and a table of them. What is selected in one place is highlighted in all, and the address's
// fragment keeps it. All of it can be reached by pointer, by touch and by keyboard.
//
// All that the page says is in its HTML; its scripts, which are small and come
// with the page, only make it easier to find. The page asks for nothing from
// elsewhere, and its Content-Security-Policy allows only what it brings along.
//
// The package never reads files, prints, logs or exits.
package page
