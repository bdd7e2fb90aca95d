"""The steps of a move, one file each: wait, fence, charge, end; or release the old one again."""
