"""Files that people bring, read: bytes to text, tables to rows, XML to a tree. Lines are those of the file."""
