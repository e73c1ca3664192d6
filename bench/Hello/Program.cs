// The limit for anything that starts a .NET process: the smallest one there is.
System.Console.WriteLine("hello");
